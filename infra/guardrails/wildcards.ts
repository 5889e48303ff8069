/** Every action with a wildcard that a policy anywhere inside the value allows; `NotAction` counts as one. */
export function wildcardActions(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(wildcardActions);
  if (typeof value !== 'object' || value === null) return [];
  const entries = Object.entries(value);
  const own = isAllow(entries) ? entries.flatMap(([key, actions]) => wildcardsOf(key, actions)) : [];
  return [...own, ...entries.flatMap(([, inner]) => wildcardActions(inner))];
}

function isAllow(entries: readonly [string, unknown][]): boolean {
  return entries.some(([key, effect]) => key === 'Effect' && effect === 'Allow');
}

function wildcardsOf(key: string, actions: unknown): readonly string[] {
  if (key === 'NotAction') return ['NotAction'];
  if (key !== 'Action') return [];
  return [actions].flat().filter((action): action is string => typeof action === 'string' && action.includes('*'));
}
