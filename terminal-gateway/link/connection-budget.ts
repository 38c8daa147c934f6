/** How many connections a gateway may hold, shared by its listeners. */
export class ConnectionBudget {
  readonly limit: number;
  #open = 0;

  constructor(limit: number) {
    this.limit = limit;
  }

  /** Takes a place if there is one. */
  take(): boolean {
    if (this.#open >= this.limit) return false;
    this.#open++;
    return true;
  }

  giveBack(): void {
    this.#open--;
  }
}
