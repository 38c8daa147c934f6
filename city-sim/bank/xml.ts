import { MalformedBytes } from '../errors.ts';

/** An element as this bank reads it: attributes and prefixes are of no interest to it. */
export interface XmlElement {
  readonly name: string;
  readonly children: XmlElement[];
  text: string;
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Text as it may stand between tags. */
export function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Reads a document; comments, instructions and attributes are skipped. Throws MalformedBytes when tags do not pair. */
export function readXml(xml: string): XmlElement {
  const root: XmlElement = { name: '', children: [], text: '' };
  const open = [root];
  for (const [, comment, tag, text] of xml.matchAll(/(<!--[\s\S]*?-->|<\?[\s\S]*?\?>)|<([^>]+)>|([^<]+)/g)) {
    const current = open.at(-1);
    if (comment !== undefined || current === undefined) continue;
    if (text !== undefined) current.text += unescape(text);
    else if (tag?.startsWith('/')) {
      const closed = open.pop();
      if (closed?.name !== localName(tag.slice(1))) throw new MalformedBytes(`</${tag.slice(1)}> closes nothing`);
    } else if (tag !== undefined) {
      const element: XmlElement = { name: localName(tag), children: [], text: '' };
      current.children.push(element);
      if (!tag.endsWith('/')) open.push(element);
    }
  }
  const [document] = root.children;
  if (open.length !== 1 || document === undefined) throw new MalformedBytes('the XML document is not complete');
  return document;
}

/** Elements reached by a path of names. */
export function elements(from: XmlElement, ...path: readonly string[]): XmlElement[] {
  return path.reduce(
    (found, name) => found.flatMap((element) => element.children.filter((child) => child.name === name)),
    [from],
  );
}

/** Text of the one element at a path. Throws MalformedBytes when it is missing. */
export function textAt(from: XmlElement, ...path: readonly string[]): string {
  const [found] = elements(from, ...path);
  if (found === undefined) throw new MalformedBytes(`${from.name}/${path.join('/')} is missing`);
  return found.text.trim();
}

function localName(tag: string): string {
  return (/^(?:[^\s/:]+:)?([^\s/:]+)/.exec(tag)?.[1] ?? '').trim();
}

function unescape(text: string): string {
  return text.replaceAll(/&(#x[0-9a-fA-F]+|#\d+|\w+);/g, (whole, name: string) => {
    if (name.startsWith('#x')) return String.fromCodePoint(Number.parseInt(name.slice(2), 16));
    if (name.startsWith('#')) return String.fromCodePoint(Number(name.slice(1)));
    return ENTITIES[name] ?? whole;
  });
}
