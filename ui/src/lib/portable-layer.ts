/**
 * The portable video layer: pictures come over a WebSocket of the loopback (`src-tauri/video/portable`) and are drawn
 * on one canvas behind the page, where the page has its tiles. Used where nothing can be drawn under the webview.
 */

export interface LayerTile {
  tile: { identity: string; source: string };
  x: number;
  y: number;
  width: number;
  height: number;
  fit: "cover" | "contain";
  mirror: boolean;
  radius: number;
}

interface Picture {
  textures: WebGLTexture[];
  width: number;
  height: number;
  /** Drawn already, or to be acknowledged once it is. */
  serial: number | null;
}

/** Bytes before the planes: key, serial (u32), width, height (u16), 4 of nothing. */
const HEADER = 16;
const RETRY_MS = 500;
const SETTLE_MS = 60;

const VERTEX = `#version 300 es
uniform vec4 tile;
uniform vec2 page;
out vec2 at;
void main() {
  at = vec2(gl_VertexID & 1, gl_VertexID >> 1);
  vec2 place = (tile.xy + at * tile.zw) / page * 2.0 - 1.0;
  gl_Position = vec4(place.x, -place.y, 0.0, 1.0);
}`;

/** BT.601, limited range. Outside of the picture: black (bars); outside of the rounded tile: nothing. */
const FRAGMENT = `#version 300 es
precision highp float;
uniform sampler2D luma, blue, red;
uniform vec4 tile;
uniform vec2 part;
uniform float mirror, radius;
in vec2 at;
out vec4 colour;
void main() {
  vec2 from = abs(at - 0.5) * tile.zw - tile.zw * 0.5 + radius;
  float edge = length(max(from, 0.0)) + min(max(from.x, from.y), 0.0) - radius;
  float covered = clamp(0.5 - edge, 0.0, 1.0);
  vec2 spot = (at - 0.5) * part * vec2(mirror, 1.0) + 0.5;
  vec3 rgb = vec3(0.0);
  if (spot == clamp(spot, 0.0, 1.0)) {
    float y = (texture(luma, spot).r - 0.0627451) * 1.1643836;
    float u = texture(blue, spot).r - 0.5019608;
    float v = texture(red, spot).r - 0.5019608;
    rgb = clamp(vec3(y + 1.5960267 * v, y - 0.3917623 * u - 0.8129676 * v, y + 2.0172321 * u), 0.0, 1.0);
  }
  colour = vec4(rgb, 1.0) * covered;
}`;

export class PortableLayer {
  readonly #url: string;
  readonly #token: string;
  readonly #canvas: HTMLCanvasElement;
  #gl: WebGL2RenderingContext | null = null;
  #uniforms: Record<string, WebGLUniformLocation | null> = {};
  #socket: WebSocket | null = null;
  #tiles: LayerTile[] = [];
  #pictures = new Map<string, Picture>();
  #names = new Map<number, string>();
  #frame = 0;
  #settle: ReturnType<typeof setTimeout> | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #closed = false;
  readonly #watch = new AbortController();

  /** `canvas` fills the page behind everything else: `position: fixed; inset: 0; width: 100%; height: 100%`. */
  constructor(url: string, token: string, canvas: HTMLCanvasElement) {
    this.#url = url;
    this.#token = token;
    this.#canvas = canvas;
    const { signal } = this.#watch;
    const changed = () => {
      this.#tellPage();
      this.#draw();
    };
    window.addEventListener("resize", changed, { signal });
    document.addEventListener("visibilitychange", changed, { signal });
    canvas.addEventListener("webglcontextlost", (event) => event.preventDefault(), { signal });
    canvas.addEventListener("webglcontextrestored", () => this.#setUp(), { signal });
    this.#setUp();
    this.#connect();
  }

  /** The layout, as it is given to the command `set_tiles`. */
  setTiles(tiles: LayerTile[]): void {
    this.#tiles = tiles;
    const shown = new Set(tiles.map((tile) => name(tile.tile)));
    for (const [key, picture] of this.#pictures) {
      if (shown.has(key)) continue;
      for (const texture of picture.textures) this.#gl?.deleteTexture(texture);
      this.#pictures.delete(key);
    }
    this.#draw();
  }

  close(): void {
    this.#closed = true;
    this.#watch.abort();
    clearTimeout(this.#retry);
    clearTimeout(this.#settle);
    cancelAnimationFrame(this.#frame);
    this.#socket?.close();
  }

  #connect(): void {
    const socket = new WebSocket(this.#url);
    socket.binaryType = "arraybuffer";
    this.#socket = socket;
    this.#names.clear();
    socket.onopen = () => {
      socket.send(this.#token);
      this.#tellPage();
    };
    socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
      if (typeof data === "string") {
        const { key, tile } = JSON.parse(data) as { key: number; tile: LayerTile["tile"] };
        this.#names.set(key, name(tile));
      } else {
        this.#receive(data);
      }
    };
    socket.onclose = () => {
      if (!this.#closed) this.#retry = setTimeout(() => this.#connect(), RETRY_MS);
    };
  }

  #tellPage(): void {
    if (this.#socket?.readyState !== WebSocket.OPEN) return;
    const { innerWidth: width, innerHeight: height, devicePixelRatio: scale } = window;
    this.#socket.send(JSON.stringify({ scale, shown: !document.hidden, width, height }));
  }

  #setUp(): void {
    const gl = this.#canvas.getContext("webgl2", { antialias: false, depth: false, premultipliedAlpha: true });
    this.#gl = gl;
    this.#pictures.clear();
    if (!gl) return;
    const program = gl.createProgram();
    for (const [kind, source] of [
      [gl.VERTEX_SHADER, VERTEX],
      [gl.FRAGMENT_SHADER, FRAGMENT],
    ] as const) {
      const shader = gl.createShader(kind);
      if (!shader) return;
      gl.shaderSource(shader, source);
      gl.compileShader(shader);
      gl.attachShader(program, shader);
    }
    gl.linkProgram(program);
    gl.useProgram(program);
    for (const uniform of ["tile", "page", "part", "mirror", "radius", "luma", "blue", "red"]) {
      this.#uniforms[uniform] = gl.getUniformLocation(program, uniform);
    }
    ["luma", "blue", "red"].forEach((plane, unit) => gl.uniform1i(this.#uniforms[plane] ?? null, unit));
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
  }

  #receive(message: ArrayBuffer): void {
    const gl = this.#gl;
    const header = new DataView(message, 0, HEADER);
    const key = header.getUint32(0, true);
    const serial = header.getUint32(4, true);
    const tile = this.#names.get(key);
    if (!gl || tile === undefined || !this.#tiles.some((other) => name(other.tile) === tile)) {
      // A layout is on its way: the picture is not seen, and the next may come.
      this.#acknowledge(key, serial);
      return;
    }
    const width = header.getUint16(8, true);
    const height = header.getUint16(10, true);
    let picture = this.#pictures.get(tile);
    const fits = picture?.width === width && picture.height === height;
    picture ??= { textures: [0, 1, 2].map(() => texture(gl)), width, height, serial };
    Object.assign(picture, { width, height, serial });
    this.#pictures.set(tile, picture);
    let offset = HEADER;
    picture.textures.forEach((plane, index) => {
      const [across, down] = index === 0 ? [width, height] : [(width + 1) >> 1, (height + 1) >> 1];
      const bytes = new Uint8Array(message, offset, across * down);
      offset += across * down;
      gl.activeTexture(gl.TEXTURE0);
      gl.bindTexture(gl.TEXTURE_2D, plane);
      if (fits) gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, across, down, gl.RED, gl.UNSIGNED_BYTE, bytes);
      else gl.texImage2D(gl.TEXTURE_2D, 0, gl.R8, across, down, 0, gl.RED, gl.UNSIGNED_BYTE, bytes);
    });
    this.#draw();
  }

  #draw(settling = false): void {
    if (this.#frame) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#paint();
      clearTimeout(this.#settle);
      // A canvas that comes to rest stays on the screen as it was before its last drawing (WebKitGTK 2.50): once more.
      if (!settling) this.#settle = setTimeout(() => this.#draw(true), SETTLE_MS);
    });
  }

  #paint(): void {
    const gl = this.#gl;
    if (!gl) return;
    const { innerWidth, innerHeight, devicePixelRatio: scale } = window;
    const [width, height] = [Math.round(innerWidth * scale), Math.round(innerHeight * scale)];
    if (this.#canvas.width !== width || this.#canvas.height !== height) {
      this.#canvas.width = width;
      this.#canvas.height = height;
    }
    const set = this.#uniforms;
    gl.viewport(0, 0, width, height);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT);
    gl.uniform2f(set.page ?? null, width, height);
    for (const tile of this.#tiles) {
      const picture = this.#pictures.get(name(tile.tile));
      if (!picture) continue;
      const edges = [tile.x, tile.y, tile.x + tile.width, tile.y + tile.height].map((edge) => Math.round(edge * scale));
      const [left = 0, top = 0, right = 0, bottom = 0] = edges;
      const [across, down] = [right - left, bottom - top];
      const ratios = [across / picture.width, down / picture.height] as const;
      const factor = tile.fit === "cover" ? Math.max(...ratios) : Math.min(...ratios);
      gl.uniform4f(set.tile ?? null, left, top, across, down);
      gl.uniform2f(set.part ?? null, ratios[0] / factor, ratios[1] / factor);
      gl.uniform1f(set.mirror ?? null, tile.mirror ? -1 : 1);
      gl.uniform1f(set.radius ?? null, Math.min(tile.radius * scale, across / 2, down / 2));
      picture.textures.forEach((plane, unit) => {
        gl.activeTexture(gl.TEXTURE0 + unit);
        gl.bindTexture(gl.TEXTURE_2D, plane);
      });
      gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4);
    }
    for (const [key, tile] of this.#names) {
      const picture = this.#pictures.get(tile);
      if (picture?.serial == null) continue;
      this.#acknowledge(key, picture.serial);
      picture.serial = null;
    }
  }

  #acknowledge(key: number, serial: number): void {
    if (this.#socket?.readyState !== WebSocket.OPEN) return;
    const answer = new DataView(new ArrayBuffer(8));
    answer.setUint32(0, key, true);
    answer.setUint32(4, serial, true);
    this.#socket.send(answer.buffer);
  }
}

function name({ identity, source }: LayerTile["tile"]): string {
  return `${source} ${identity}`;
}

function texture(gl: WebGL2RenderingContext): WebGLTexture {
  const made = gl.createTexture();
  gl.bindTexture(gl.TEXTURE_2D, made);
  for (const axis of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T]) gl.texParameteri(gl.TEXTURE_2D, axis, gl.CLAMP_TO_EDGE);
  for (const filter of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER])
    gl.texParameteri(gl.TEXTURE_2D, filter, gl.LINEAR);
  return made;
}
