/** An item in DynamoDB's own JSON: attribute values by name. */
export type TableItem = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** A put of the item under a key, for the history. */
export interface TablePut {
  readonly at: number;
  readonly by: string;
  readonly item: TableItem;
}

/** A table with one partition key, and all that was ever put there. */
export class Table {
  readonly #partitionKey: string;
  readonly #items: Map<string, TablePut> = new Map();

  constructor(partitionKey: string) {
    this.#partitionKey = partitionKey;
  }

  keyOf(item: TableItem): string {
    return JSON.stringify(item[this.#partitionKey] ?? null);
  }

  put(put: TablePut): void {
    this.#items.set(this.keyOf(put.item), put);
  }

  remove(key: TableItem): void {
    this.#items.delete(this.keyOf(key));
  }

  get(key: TableItem): TablePut | undefined {
    return this.#items.get(this.keyOf(key));
  }

  items(): readonly TablePut[] {
    return [...this.#items.values()];
  }
}
