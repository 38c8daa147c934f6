import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { bankErrors } from './errors.ts';

/** A statement of a hundred thousand entries is about 60 MB; a bank that has more sends several accounts or days. */
export const MAX_XML_BYTES = 64 * 1024 * 1024;

const ATTRIBUTE = '@';
const TEXT = '#text';
/** ISO 20022 messages are about a dozen levels deep. */
const MAX_DEPTH = 40;

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: ATTRIBUTE,
  textNodeName: TEXT,
  removeNSPrefix: true,
  // Amounts and references stay text: nothing is ever a floating point number.
  parseTagValue: false,
  parseAttributeValue: false,
  processEntities: false,
  alwaysCreateTextNode: true,
  maxNestedTags: MAX_DEPTH,
  isArray: (_name, _path, _leaf, isAttribute) => !isAttribute,
});

/** An element and the way to it, so that errors say where they are. */
export class XmlNode {
  readonly path: string;
  readonly #raw: Readonly<Record<string, unknown>>;

  constructor(raw: unknown, path: string) {
    this.#raw = typeof raw === 'object' && raw !== null ? (raw as Record<string, unknown>) : {};
    this.path = path;
  }

  /** All children reached by this path of element names. */
  all(...names: readonly string[]): XmlNode[] {
    const [name, ...rest] = names;
    if (name === undefined) return [this];
    const children = this.#raw[name];
    if (!Array.isArray(children)) return [];
    return children.flatMap((child: unknown, index) =>
      new XmlNode(child, `${this.path}/${name}${children.length > 1 ? `[${index + 1}]` : ''}`).all(...rest),
    );
  }

  /** The only child there, if any. @throws CityCardError `bank.element-repeated` */
  find(...names: readonly string[]): XmlNode | undefined {
    const found = this.all(...names);
    if (found.length > 1) throw bankErrors.elementRepeated({ path: this.below(names), count: found.length });
    return found[0];
  }

  /** The only child there. @throws CityCardError `bank.element-missing`, `bank.element-repeated` */
  one(...names: readonly string[]): XmlNode {
    const found = this.find(...names);
    if (found === undefined) throw bankErrors.elementMissing({ path: this.below(names) });
    return found;
  }

  /** The text of the element itself, entities resolved, spaces and line ends collapsed. */
  get text(): string {
    const raw = this.#raw[TEXT];
    return typeof raw === 'string' ? plainText(raw) : '';
  }

  textOf(...names: readonly string[]): string | undefined {
    const text = this.find(...names)?.text;
    return text === '' ? undefined : text;
  }

  attribute(name: string): string | undefined {
    const raw = this.#raw[ATTRIBUTE + name];
    return typeof raw === 'string' ? plainText(raw) : undefined;
  }

  private below(names: readonly string[]): string {
    return [this.path, ...names].join('/');
  }
}

/**
 * Reads an ISO 20022 message of exactly the expected kind and returns the element below Document. Entities other than the
 * five of XML itself do not exist here, so nothing can expand.
 *
 * @throws CityCardError `bank.xml-too-large`, `.xml-doctype`, `.xml-unreadable`, `.other-message`
 */
export function readMessage(xml: Buffer, expected: { namespace: string; root: string }): XmlNode {
  if (xml.length > MAX_XML_BYTES) throw bankErrors.xmlTooLarge({ bytes: xml.length, limit: MAX_XML_BYTES });
  const text = decodeUtf8(xml);
  if (/<!(DOCTYPE|ENTITY)/i.test(text)) throw bankErrors.xmlDoctype();
  const document = new XmlNode(parse(text), '').find('Document');
  const namespace = namespaceOf(text);
  if (document === undefined || namespace !== expected.namespace) {
    throw bankErrors.otherMessage({ found: namespace ?? 'no ISO 20022 document', expected: expected.namespace });
  }
  return document.one(expected.root);
}

function decodeUtf8(xml: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(xml);
  } catch (cause) {
    throw bankErrors.xmlUnreadable({ reason: 'it is not encoded in UTF-8' }, cause);
  }
}

function parse(text: string): unknown {
  const verdict = XMLValidator.validate(text);
  if (verdict !== true) {
    throw bankErrors.xmlUnreadable({ reason: `line ${verdict.err.line}: ${verdict.err.msg.replace(/\.$/, '')}` });
  }
  try {
    return parser.parse(text);
  } catch (cause) {
    throw bankErrors.xmlUnreadable({ reason: cause instanceof Error ? cause.message : String(cause) }, cause);
  }
}

/** The namespace of the Document element, whichever prefix it uses: the parser takes prefixes off and forgets them. */
function namespaceOf(text: string): string | undefined {
  const [, prefix = '', attributes = ''] = /<([\w.-]+:)?Document(\s[^<>]*)?>/.exec(text) ?? [];
  const name = prefix === '' ? 'xmlns' : `xmlns:${prefix.slice(0, -1)}`;
  const declared = [...attributes.matchAll(/\s([\w.:-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g)];
  const found = declared.find(([, attribute]) => attribute === name);
  return found?.[2] ?? found?.[3];
}

const PREDEFINED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function plainText(raw: string): string {
  return raw
    .replaceAll(
      /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]+));/gi,
      (whole, decimal?: string, hex?: string, name?: string) => {
        if (name !== undefined) return PREDEFINED[name] ?? whole;
        const point = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal);
        return point <= 0x10ffff ? String.fromCodePoint(point) : whole;
      },
    )
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .trim();
}
