import { mount } from "svelte";
import "../app.css";
import App from "../App.svelte";
import type { TileLayout } from "../lib/bindings";
import { fakeBackend } from "./fake";

// Stands for the layer under the page: a magenta ground shows every place where the page lets it through by mistake.
const canvas = document.createElement("canvas");
Object.assign(canvas.style, { position: "fixed", inset: "0", zIndex: "-1" });
document.body.prepend(canvas);

function draw(tiles: TileLayout[]) {
  canvas.width = window.innerWidth;
  canvas.height = window.innerHeight;
  const context = canvas.getContext("2d");
  if (!context) return;
  context.fillStyle = "magenta";
  context.fillRect(0, 0, canvas.width, canvas.height);
  for (const [index, { x, y, width, height, tile }] of tiles.entries()) {
    const [left, top, wide, high] = [x ?? 0, y ?? 0, width ?? 0, height ?? 0];
    const shade = context.createLinearGradient(left, top, left + wide, top + high);
    const hue = (index * 67 + 190) % 360;
    shade.addColorStop(0, `hsl(${hue} 35% ${tile.source === "screen" ? 88 : 62}%)`);
    shade.addColorStop(1, `hsl(${hue + 40} 40% ${tile.source === "screen" ? 76 : 26}%)`);
    context.fillStyle = shade;
    context.fillRect(left, top, wide, high);
  }
}

draw([]);
const query = new URLSearchParams(location.search);
const target = document.getElementById("app");
if (!target) throw new Error("dev.html has no #app");
mount(App, { target, props: { backend: fakeBackend(query, draw) } });

// Opens what a click would open, for pictures of it.
const click = query.get("click");
if (click) setTimeout(() => document.querySelector<HTMLElement>(`[data-testid="${click}"]`)?.click(), 700);
