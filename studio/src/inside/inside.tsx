export function Inside() {
  return <p>Inside</p>;
}
