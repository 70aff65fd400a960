/**
 * Key of a processing's `meta` under which this program writes the id of the order that it was bought with: a lost answer is looked
 * for by it, and an order that reaches our engine twice is one processing.
 */
export const orderKey = 'orthodesk-order';
