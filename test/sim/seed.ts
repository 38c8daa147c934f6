import { openDatabase } from '@citycard/common';
import type { Ground } from './ground.ts';
import { complaints } from './oracle.ts';
import { Play } from './play.ts';
import type { Plan } from './plan.ts';

export interface SeedOutcome {
  readonly complaints: readonly string[];
  readonly kills: number;
}

/** Plays a plan in a city of its own and says what does not hold in the end. */
export async function playPlan(ground: Ground, plan: Plan): Promise<SeedOutcome> {
  const copy = await ground.copy();
  try {
    const play = await Play.open(ground, copy.url);
    try {
      await play.run(plan);
      await play.settle();
      const db = openDatabase(copy.url.href, { max: 2 });
      try {
        return { complaints: await complaints(db, play.city), kills: play.kills };
      } finally {
        await db.end();
      }
    } catch (error) {
      const sentence = error instanceof Error ? (error.stack ?? error.message) : String(error);
      const cause = error instanceof Error && error.cause instanceof Error ? ` – ${error.cause.stack}` : '';
      return { complaints: [`the play broke off: ${sentence}${cause}`], kills: play.kills };
    } finally {
      await play.close();
    }
  } finally {
    await copy.drop();
  }
}
