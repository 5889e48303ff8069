import type { AttributeValue } from '@aws-sdk/client-dynamodb';

/** A row as it is stored: texts and whole numbers only. */
export type Item = Readonly<Record<string, string | number>>;
/** What is to be written; null and undefined mean: not there. */
export type Attributes = Readonly<Record<string, string | number | null | undefined>>;

/** A value as DynamoDB types it. */
export function toAttributeValue(value: string | number): AttributeValue {
  return typeof value === 'number' ? { N: String(value) } : { S: value };
}

/** A row as DynamoDB types it; what is null or undefined is left out. */
export function toAttributeValues(attributes: Attributes): Record<string, AttributeValue> {
  const values: Record<string, AttributeValue> = {};
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined) values[name] = toAttributeValue(value);
  }
  return values;
}

/** Attributes of types that we never write are left out, so the row's schema decides. */
export function fromAttributeValues(values: Readonly<Record<string, AttributeValue>>): Item {
  const item: Record<string, string | number> = {};
  for (const name of Object.keys(values)) {
    const value = values[name];
    if (value?.S !== undefined) item[name] = value.S;
    else if (value?.N !== undefined) item[name] = Number(value.N);
  }
  return item;
}
