import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import type { CommandLine } from './arguments.ts';
import { citycardErrors } from '../errors.ts';

/** Asks the persons at the console; what they answer is never printed. */
export interface Questions {
  /** Whether somebody is there who may correct a wrong answer. */
  readonly interactive: boolean;
  ask(question: string): Promise<string>;
  /** Without echo, on a terminal. */
  askSecret(question: string): Promise<string>;
}

/**
 * Questions on the terminal, or answers a script has prepared, one line each.
 *
 * @throws citycard.bad-option when there is neither a terminal nor answers
 */
export async function openQuestions(line: CommandLine): Promise<Questions> {
  if (line.answers !== undefined) return prepared(await readAnswers(line.answers));
  if (process.stdin.isTTY)
    return {
      interactive: true,
      ask: async (question) => askOnTerminal(question, true),
      askSecret: async (question) => askOnTerminal(question, false),
    };
  throw citycardErrors.badOption('there is no terminal to ask on; give the answers with --stdin or --answers FILE');
}

async function readAnswers(path: string): Promise<string[]> {
  const answers = path === '-' ? await text(process.stdin) : await readAnswerFile(path);
  return answers.split(/\r?\n/);
}

async function readAnswerFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw citycardErrors.badOption(`--answers ${path} cannot be read: ${(error as NodeJS.ErrnoException).code}`);
  }
}

function prepared(answers: readonly string[]): Questions {
  let next = 0;
  const ask = async (question: string): Promise<string> => {
    const answer = answers[next++];
    if (answer === undefined || answer === '')
      throw citycardErrors.badOption(`the answers end before the question "${question}"`);
    return Promise.resolve(answer.trim());
  };
  return { interactive: false, ask, askSecret: ask };
}

const CTRL_C = 3;
const CTRL_D = 4;
const BACKSPACE = [8, 127];

/** Reads one line key by key, so that secrets need no echo. */
async function askOnTerminal(question: string, echo: boolean): Promise<string> {
  const { stdin, stderr } = process;
  stderr.write(`${question}: `);
  stdin.setRawMode(true);
  stdin.resume();
  try {
    return await new Promise<string>((resolve, reject) => {
      let answer = '';
      const listen = (keys: Buffer) => {
        for (const key of keys) {
          if (key === CTRL_C || key === CTRL_D) {
            stdin.off('data', listen);
            return reject(citycardErrors.badOption('broken off at the terminal'));
          }
          if (key === 13 || key === 10) {
            stdin.off('data', listen);
            return resolve(answer.trim());
          }
          if (BACKSPACE.includes(key)) {
            if (echo && answer !== '') stderr.write('\b \b');
            answer = answer.slice(0, -1);
          } else if (key >= 32 && key < 127) {
            answer += String.fromCharCode(key);
            if (echo) stderr.write(String.fromCharCode(key));
          }
        }
      };
      stdin.on('data', listen);
    });
  } finally {
    stdin.setRawMode(false);
    stdin.pause();
    stderr.write('\n');
  }
}
