// A message's text in parts that can be shown: plain text, links, code. Never markup.

/** A piece of a line. */
export type Part = { kind: "text"; text: string } | { kind: "code"; text: string } | { kind: "link"; url: string };

/** A piece of a message: lines of text, or a block of code as it was written. */
export type Block = { kind: "text"; parts: Part[] } | { kind: "code"; language: string; text: string };

/** Longest name of a language that is shown, in characters. */
const longestLanguage = 20;

/** Most links of one message that can be followed: the rest is text. */
const mostLinks = 50;

/** Longest link in characters. */
const longestLink = 2048;

const fence = /^\s*```\s*([^`\s]*)\s*$/u;

/** Splits a message's text. What is put together again is what was written, but for the fences. */
export function blocks(text: string): Block[] {
  const found: Block[] = [];
  let plain: string[] = [];
  let links = mostLinks;

  const endText = () => {
    const joined = plain.join("\n").replace(/^\n+|\n+$/gu, "");
    plain = [];
    if (!joined.trim()) return;
    const parts = inline(joined, links);
    links -= parts.filter((part) => part.kind === "link").length;
    found.push({ kind: "text", parts });
  };

  const lines = text.split("\n");
  for (let at = 0; at < lines.length; at += 1) {
    const opening = fence.exec(lines[at] ?? "");
    // A fence that is never closed is text.
    const closing = opening ? lines.findIndex((line, index) => index > at && /^\s*```\s*$/u.test(line)) : -1;
    if (!opening || closing < 0) {
      plain.push(lines[at] ?? "");
      continue;
    }
    endText();
    const language = (opening[1] ?? "").slice(0, longestLanguage);
    found.push({ kind: "code", language, text: lines.slice(at + 1, closing).join("\n") });
    at = closing;
  }
  endText();
  return found;
}

/** Code between backticks, and links; code has no links in it. */
function inline(text: string, links: number): Part[] {
  const parts: Part[] = [];
  let rest = links;
  const add = (part: Part) => {
    const last = parts.at(-1);
    if (part.kind === "text" && last?.kind === "text") last.text += part.text;
    else if (part.kind === "link" || part.text) parts.push(part);
  };
  for (const [index, piece] of text.split(/(`[^`\n]+`)/u).entries()) {
    if (index % 2 === 1) {
      add({ kind: "code", text: piece.slice(1, -1) });
      continue;
    }
    for (const [at, word] of piece.split(/(https?:\/\/[^\s<>"`]+)/iu).entries()) {
      const url = at % 2 === 1 && rest > 0 ? link(word) : null;
      if (url === null) add({ kind: "text", text: word });
      else {
        rest -= 1;
        add({ kind: "link", url });
        add({ kind: "text", text: word.slice(url.length) });
      }
    }
  }
  return parts;
}

/** The link at the beginning of a word, without what ends the sentence around it; nothing, if it is none. */
function link(word: string): string | null {
  let url = word;
  for (;;) {
    const last = url.at(-1) ?? "";
    const opening = { ")": "(", "]": "[", "}": "{" }[last];
    const unbalanced = opening !== undefined && url.split(last).length > url.split(opening).length;
    if (unbalanced || ".,;:!?'*_~…".includes(last)) url = url.slice(0, -1);
    else break;
    if (!url) return null;
  }
  if (url.length > longestLink) return null;
  try {
    const { protocol, hostname, username, password } = new URL(url);
    // Rust checks the same again before anything is opened.
    const usable = (protocol === "http:" || protocol === "https:") && hostname && !username && !password;
    return usable ? url : null;
  } catch {
    return null;
  }
}
