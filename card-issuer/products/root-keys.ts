import type { HsmClient } from '@citycard/hsm-sim';
import { planCard } from '../personalisation/card-script.ts';
import type { ProductDocument } from './document.ts';
import { productErrors } from './errors.ts';

type Held = Awaited<ReturnType<HsmClient['listKeys']>>[number];

/** Usages of keys that go onto cards; the HSM derives card keys from no other. */
const CARD_USAGES = new Set<string>([
  'purchase',
  'load',
  'tac',
  'maintenance',
  'pin-unblock',
  'pin-reload',
  'card-master',
  'application-block',
  'application-unblock',
  'unload',
  'overdraft',
]);

/**
 * The HSM holds every root key the document names, and each for cards of its algorithm: the machine would set every chip
 * aside otherwise.
 *
 * @throws card-issuer.products.root-keys-missing, .root-keys-for-other-use
 */
export function requireRootKeys(
  held: readonly Pick<Held, 'name' | 'usage' | 'algorithm'>[],
  document: ProductDocument,
): void {
  const byReference = new Map(held.map((key) => [`name:${key.name}`, key]));
  const named = (roots: readonly string[]) => roots.map((root) => root.slice('name:'.length)).join(', ');
  const { roots } = planCard(document);
  const missing = roots.filter((root) => !byReference.has(root));
  if (missing.length > 0) throw productErrors.rootKeysMissing({ keys: named(missing) });
  const unfit = roots.filter((root) => {
    const key = byReference.get(root);
    return key !== undefined && !(CARD_USAGES.has(key.usage) && key.algorithm === document.algorithm);
  });
  if (unfit.length > 0) throw productErrors.rootKeysForOtherUse({ keys: named(unfit), algorithm: document.algorithm });
}
