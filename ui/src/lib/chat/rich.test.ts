import { expect, test } from "vitest";
import { blocks, type Block, type Part } from "./rich";

const text = (...parts: Part[]): Block => ({ kind: "text", parts });
const plain = (words: string): Part => ({ kind: "text", text: words });
const link = (url: string): Part => ({ kind: "link", url });

test("links are found without the sentence around them", () => {
  expect(blocks("See https://example.org/a?b=c#d.")).toEqual([
    text(plain("See "), link("https://example.org/a?b=c#d"), plain(".")),
  ]);
  expect(blocks("(http://example.org/x_(y)), and HTTPS://EXAMPLE.ORG!")).toEqual([
    text(plain("("), link("http://example.org/x_(y)"), plain("), and "), link("HTTPS://EXAMPLE.ORG"), plain("!")),
  ]);
});

test("what is no link to the web stays text", () => {
  for (const words of [
    "javascript:alert(1)",
    "file:///etc/passwd",
    "http://",
    "https://user:secret@example.org/",
    "www.example.org",
    "<a href='x'>x</a>",
    `https://example.org/${"a".repeat(3000)}`,
  ]) {
    expect(blocks(words), words).toEqual([text(plain(words))]);
  }
});

test("markup of others is text", () => {
  const words = "<img src=x onerror=alert(1)> **bold** [x](https://example.org)";
  expect(blocks(words)).toEqual([
    text(plain("<img src=x onerror=alert(1)> **bold** [x]("), link("https://example.org"), plain(")")),
  ]);
});

test("code is kept as it was written", () => {
  expect(blocks("Try\n```rust\nfn main() {\n    a();\n}\n```\nor `cargo run https://x.org` now")).toEqual([
    text(plain("Try")),
    { kind: "code", language: "rust", text: "fn main() {\n    a();\n}" },
    text(plain("or "), { kind: "code", text: "cargo run https://x.org" }, plain(" now")),
  ]);
  expect(blocks("```\n\n```")).toEqual([{ kind: "code", language: "", text: "" }]);
});

test("what is never closed is text", () => {
  expect(blocks("```\nnot closed")).toEqual([text(plain("```\nnot closed"))]);
  expect(blocks("a ` b")).toEqual([text(plain("a ` b"))]);
});

test("a great many links and fences take no time", () => {
  const started = performance.now();
  const found = blocks("https://a.bc/ ".repeat(1000));
  const links = found.flatMap((block) => (block.kind === "text" ? block.parts : [])).filter((p) => p.kind === "link");
  expect(links.length).toBe(50);
  blocks("`".repeat(16_000));
  blocks("```\n".repeat(500));
  blocks(`https://a.bc/${"(".repeat(8000)}${")".repeat(8000)}`);
  expect(performance.now() - started).toBeLessThan(2000);
});
