// What part of the drawing is seen: zoom, and moving it about.

import type { Point } from "./layout";

const SMALLEST = 0.08;
const LARGEST = 2.5;
/** Smaller than this nobody reads it: then the whole is seen only when it is asked for. */
const LEGIBLE = 0.65;
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
  /** What is done again when the page gets another size; nothing once somebody has moved about. */
  private arrange: (() => void) | undefined;

  constructor(private readonly svg: SVGSVGElement, private readonly moved: SVGGElement) {
    svg.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    svg.addEventListener("pointerdown", (event) => this.drag(event));
    new ResizeObserver(() => this.arrange?.()).observe(svg);
  }

  /** All of a new drawing, or, where that would be too small to be read, the part around a point. */
  start(drawing: Size, around: Point): void {
    this.drawing = drawing;
    this.arrange = () => {
      this.all();
      if (this.scale < LEGIBLE) {
        this.scale = LEGIBLE;
        const { clientWidth, clientHeight } = this.svg;
        this.x = inside(clientWidth / 2 - around.x * this.scale, drawing.width * this.scale, clientWidth);
        this.y = inside(clientHeight / 2 - around.y * this.scale, drawing.height * this.scale, clientHeight);
        this.apply();
      }
    };
    this.arrange();
  }

  /** Another drawing, in which what stood at one point stands at another: it stays where it is seen. */
  change(drawing: Size, before: Point, after: Point): void {
    this.drawing = drawing;
    this.move((before.x - after.x) * this.scale, (before.y - after.y) * this.scale);
  }

  fit(): void {
    this.arrange = () => this.all();
    this.all();
  }

  private all(): void {
    const { width, height } = this.drawing;
    const { clientWidth, clientHeight } = this.svg;
    this.scale = clamp(Math.min(clientWidth / width, clientHeight / height), SMALLEST, 1);
    this.x = (clientWidth - width * this.scale) / 2;
    this.y = (clientHeight - height * this.scale) / 2;
    this.apply();
  }

  zoom(factor: number, at: Point = { x: this.svg.clientWidth / 2, y: this.svg.clientHeight / 2 }): void {
    const scale = clamp(this.scale * factor, SMALLEST, LARGEST);
    this.x = at.x - ((at.x - this.x) * scale) / this.scale;
    this.y = at.y - ((at.y - this.y) * scale) / this.scale;
    this.scale = scale;
    this.move(0, 0);
  }

  /** Moves no further than it must. */
  bringIntoSight({ x, y }: Point, { width, height }: Size): void {
    const by = (at: number, half: number, room: number): number => {
      const [low, high] = [at - half * this.scale - EDGE, at + half * this.scale + EDGE];
      return low < 0 ? -low : high > room ? room - high : 0;
    };
    const right = by(x * this.scale + this.x, width / 2, this.svg.clientWidth);
    const down = by(y * this.scale + this.y, height / 2, this.svg.clientHeight);
    if (right !== 0 || down !== 0) {
      this.move(right, down);
    }
  }

  private move(right: number, down: number): void {
    this.arrange = undefined;
    this.x += right;
    this.y += down;
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
    const { deltaX, deltaY, shiftKey } = event;
    this.move(...(shiftKey ? [-deltaY, -deltaX] as const : [-deltaX, -deltaY] as const));
  }

  private drag(down: PointerEvent): void {
    if (down.button !== 0) {
      return;
    }
    const end = new AbortController();
    let [x, y] = [down.clientX, down.clientY];
    const move = ({ clientX, clientY }: PointerEvent): void => {
      this.move(clientX - x, clientY - y);
      [x, y] = [clientX, clientY];
    };
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
