# Duet as an image. Beside the base image, only the package registry is asked: no install script runs and nothing else
# is downloaded. docker build -t duet . && docker run --rm -v "$PWD":/work duet train videos --out runs/first
FROM node:22-slim AS build
WORKDIR /duet
COPY package.json package-lock.json .npmrc ./
COPY site/package.json site/
RUN npm ci
COPY . .
RUN npm run build && npm run build:studio && npm prune --omit=dev

FROM node:22-slim
COPY --from=build /duet/package.json /duet/LICENSE /duet/NOTICE /duet/
COPY --from=build /duet/node_modules /duet/node_modules
COPY --from=build /duet/dist /duet/dist
COPY --from=build /duet/assets /duet/assets
# The caller's folder; the cache of readings is kept there by -e DUET_CACHE=/work/.duet-cache.
WORKDIR /work
ENTRYPOINT ["node", "/duet/dist/cli/main.js"]
