import { InvalidArgumentError } from 'commander';

/** A parser of whole numbers from 1 for an option. */
export function countTo(most: number): (value: string) => number {
  return (value) => {
    const count = Number(value);
    if (!Number.isInteger(count) || count < 1 || count > most)
      throw new InvalidArgumentError(`It must be a whole number from 1 to ${most}.`);
    return count;
  };
}
