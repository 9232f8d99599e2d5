// The documentation site; `npm run site` prepares its pages.
import { defineConfig } from 'vitepress';

const page = (text: string, name: string) => ({ text, link: `/${name}` });

export default defineConfig({
  title: 'Duet',
  description: 'See and hear video together: training and inference in TypeScript.',
  srcDir: 'pages',
  outDir: 'dist',
  themeConfig: {
    search: { provider: 'local' },
    nav: [page('Start', 'first-steps'), page('Reference', 'reference/'), page('Changes', 'changelog')],
    sidebar: [
      { text: 'Start here', items: [page('What Duet is', ''), page('From nothing to a page', 'first-steps')] },
      {
        text: 'Guides',
        items: [
          page('Every command', 'using'),
          page('Search', 'search'),
          page('Serve', 'serve'),
          page('Archives', 'archive'),
          page('Examples', 'examples'),
          page('Studio', 'studio'),
        ],
      },
      {
        text: 'Systems',
        items: [
          page('MA-AVT', 'model'),
          page('UniAV', 'localisation'),
          page('VLSA', 'search'),
          page('AVFF', 'authentic'),
          page('AVSepChain', 'extract'),
        ],
      },
      {
        text: 'Inside',
        items: [
          page('The engine', 'engine'),
          page('Architecture', 'architecture'),
          page('Add a system', 'add-a-system'),
          page('Files', 'formats'),
          page('Dependencies', 'dependencies'),
          page('Glossary', 'glossary'),
        ],
      },
      {
        text: 'Measured',
        items: [page('Results', 'results'), page('Performance', 'performance'), page('Limits', 'limits')],
      },
    ],
  },
});
