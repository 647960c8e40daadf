// What part of the drawing is seen: zoom, and moving it about.

import type { Point } from "./layout";

const SMALLEST = 0.08;
const LARGEST = 2.5;
/** Smaller than this nobody reads it: then the whole is seen only when it is asked for. */
const LEGIBLE = 0.6;
/** Room around what is brought into sight. */
const EDGE = 24;
/** How much a key or a button zooms, and a turn of the wheel. */
export const STEP = 1.25;
const WHEEL = 1.0015;

interface Size {
  width: number;
  height: number;
}

export class View {
  private scale = 1;
  private x = 0;
  private y = 0;
  private drawing: Size = { width: 1, height: 1 };

  constructor(private readonly svg: SVGSVGElement, private readonly moved: SVGGElement) {
    svg.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    svg.addEventListener("pointerdown", (event) => this.drag(event));
  }

  /** All of a new drawing, or, where that would be too small to be read, the part around a point. */
  start(drawing: Size, around: Point): void {
    this.drawing = drawing;
    this.fit();
    if (this.scale < LEGIBLE) {
      this.scale = LEGIBLE;
      const { clientWidth, clientHeight } = this.svg;
      this.x = inside(clientWidth / 2 - around.x * this.scale, drawing.width * this.scale, clientWidth);
      this.y = inside(clientHeight / 2 - around.y * this.scale, drawing.height * this.scale, clientHeight);
      this.apply();
    }
  }

  /** Another drawing, in which what stood at one point stands at another: it stays where it is seen. */
  change(drawing: Size, before: Point, after: Point): void {
    this.drawing = drawing;
    this.x += (before.x - after.x) * this.scale;
    this.y += (before.y - after.y) * this.scale;
    this.apply();
  }

  fit(): void {
    const { width, height } = this.drawing;
    const { clientWidth, clientHeight } = this.svg;
    this.scale = clamp(Math.min(clientWidth / width, clientHeight / height), SMALLEST, 1);
    this.centre({ x: width / 2, y: height / 2 });
  }

  zoom(factor: number, at: Point = { x: this.svg.clientWidth / 2, y: this.svg.clientHeight / 2 }): void {
    const scale = clamp(this.scale * factor, SMALLEST, LARGEST);
    this.x = at.x - ((at.x - this.x) * scale) / this.scale;
    this.y = at.y - ((at.y - this.y) * scale) / this.scale;
    this.scale = scale;
    this.apply();
  }

  /** Moves no further than it must. */
  bringIntoSight({ x, y }: Point, { width, height }: Size): void {
    const by = (at: number, half: number, room: number): number => {
      const [low, high] = [at - half * this.scale - EDGE, at + half * this.scale + EDGE];
      return low < 0 ? -low : high > room ? room - high : 0;
    };
    this.x += by(x * this.scale + this.x, width / 2, this.svg.clientWidth);
    this.y += by(y * this.scale + this.y, height / 2, this.svg.clientHeight);
    this.apply();
  }

  private centre({ x, y }: Point): void {
    this.x = this.svg.clientWidth / 2 - x * this.scale;
    this.y = this.svg.clientHeight / 2 - y * this.scale;
    this.apply();
  }

  private apply(): void {
    this.moved.setAttribute("transform", `translate(${this.x} ${this.y}) scale(${this.scale})`);
  }

  /** The wheel moves; with Ctrl, or as a pinch, it zooms. */
  private wheel(event: WheelEvent): void {
    event.preventDefault();
    if (event.ctrlKey || event.metaKey) {
      const { left, top } = this.svg.getBoundingClientRect();
      return this.zoom(WHEEL ** -event.deltaY, { x: event.clientX - left, y: event.clientY - top });
    }
    this.x -= event.shiftKey ? event.deltaY : event.deltaX;
    this.y -= event.shiftKey ? event.deltaX : event.deltaY;
    this.apply();
  }

  private drag(down: PointerEvent): void {
    if (down.button !== 0) {
      return;
    }
    const [x, y] = [this.x - down.clientX, this.y - down.clientY];
    const move = (event: PointerEvent): void => {
      this.x = x + event.clientX;
      this.y = y + event.clientY;
      this.apply();
    };
    const end = new AbortController();
    window.addEventListener("pointermove", move, { signal: end.signal });
    for (const name of ["pointerup", "pointercancel"]) {
      window.addEventListener(name, () => end.abort(), { signal: end.signal });
    }
  }
}

/** Where something begins so that no room is left empty beside it; in the middle if it is smaller. */
function inside(begin: number, length: number, room: number): number {
  return length < room ? (room - length) / 2 : clamp(begin, room - length, 0);
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
