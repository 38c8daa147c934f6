import { ref } from 'vue';
import { useI18n } from 'vue-i18n';
import { api, take } from '../../../parts/api.ts';

export const readParticipants = async () => (await take(api.GET('/v1/participants'))).participants;

const known = ref<ReadonlyMap<string, string>>(new Map());
let asked: Promise<void> | undefined;

/** Participants by name, read once; a number nobody knows stays a number. Cities and the clearing house's own sides have words. */
export function useParties(): (party: string | undefined | null) => string {
  const { t, te } = useI18n();
  asked ??= readParticipants().then(
    (participants) => {
      known.value = new Map([
        ...participants.map(({ participantNo, name }) => [participantNo, name] as const),
        ...participants.flatMap(({ cityCode, name }) =>
          cityCode === undefined ? [] : [[`city:${cityCode}`, name] as const],
        ),
      ]);
    },
    () => {
      // Names are a comfort; the page says itself when nobody answers.
      asked = undefined;
    },
  );
  return (party) => {
    if (party === undefined || party === null || party === '') return '';
    const key = `finance.party.${party}`;
    return known.value.get(party) ?? (te(key) ? t(key) : party);
  };
}
