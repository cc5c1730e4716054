// Marks of a drawing as whole numbers: a line made shorter, and a mark made into a picture. As spec/strokes.py has it.

const OFF = 1.6; // how far a point may lie off the straight before it is kept

// Only the points that make the line what it is (Douglas and Peucker, 1973).
export function straightened(points) {
  if (points.length < 3) return points;
  const [first, last] = [points[0], points.at(-1)];
  const [dx, dy] = [last[0] - first[0], last[1] - first[1]];
  const long = Math.hypot(dx, dy);
  let [far, at] = [0, 0];
  for (let n = 1; n < points.length - 1; n += 1) {
    const [x, y] = [points[n][0] - first[0], points[n][1] - first[1]];
    const off = long ? Math.abs(dx * y - dy * x) / long : Math.hypot(x, y);
    if (off > far) [far, at] = [off, n];
  }
  if (far <= OFF) return [first, last];
  return [...straightened(points.slice(0, at + 1)).slice(0, -1), ...straightened(points.slice(at))];
}

// One mark: [tool, ink, size, x, y, …]. The numbers of inks, widths and shapes come from the site.
export function drawn([tool, ink, size, ...places], facts) {
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  const points = [];
  for (let n = 0; n < places.length; n += 2) points.push(`${places[n]} ${places[n + 1]}`);
  let width = facts.widths[size];
  if (tool === 0) {
    path.setAttribute("d", `M${(points.length > 1 ? points : [points[0], points[0]]).join("L")}`);
  } else {
    path.setAttribute("d", facts.shapes[tool - 1]);
    path.setAttribute("transform", `translate(${points[0]}) scale(${facts.scales[size]})`);
    width /= facts.scales[size];
  }
  path.setAttribute("class", `ink-${facts.inks[ink].id}`);
  path.setAttribute("fill", "none");
  path.setAttribute("stroke", facts.inks[ink].colour);
  path.setAttribute("stroke-width", width);
  path.setAttribute("stroke-linecap", "round");
  path.setAttribute("stroke-linejoin", "round");
  return path;
}
