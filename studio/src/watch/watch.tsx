export function Watch() {
  return <p>Watch</p>;
}
