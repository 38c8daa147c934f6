/** An element of a part of a workbook: children as lists by name, attributes with @, text under #text. */
export type Element = Readonly<Record<string, unknown>>;

/** All descendants along a path of names. */
export function all(element: Element | undefined, ...names: readonly string[]): Element[] {
  const [name, ...rest] = names;
  if (element === undefined) return [];
  if (name === undefined) return [element];
  const children = element[name];
  if (!Array.isArray(children)) return [];
  return children.flatMap((child: unknown) =>
    typeof child === 'object' && child !== null ? all(child as Element, ...rest) : [],
  );
}
