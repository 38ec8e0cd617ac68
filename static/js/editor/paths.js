/* Paths: the picture of a link while it is being moved. The server draws the real one. */

const ROUND = 20;

/** An elbow from one point to another: down, across, down. */
export function elbow([x1, y1], [x2, y2]) {
  const across = Math.abs(x2 - x1);
  if (across < 1) return `M${x1} ${y1}V${y2}`;
  const middle = (y1 + y2) / 2;
  const r = Math.min(ROUND, across / 2, Math.abs(y2 - y1) / 2);
  const right = Math.sign(x2 - x1);
  const down = Math.sign(y2 - y1) || 1;
  return `M${x1} ${y1}V${middle - r * down}Q${x1} ${middle} ${x1 + r * right} ${middle}` +
    `H${x2 - r * right}Q${x2} ${middle} ${x2} ${middle + r * down}V${y2}`;
}

/** Where a drawn link begins and ends, in the drawing's own measure. */
export function ends(path) {
  const [from, to] = [path.getPointAtLength(0), path.getPointAtLength(path.getTotalLength())];
  return { from: [from.x, from.y], to: [to.x, to.y] };
}
