/** Takes out of the map whatever has none of these keys. One pass, however many there are. */
export function keepOnly(map: Map<string, unknown>, keys: string[]): void {
  const kept = new Set(keys);
  for (const key of [...map.keys()]) if (!kept.has(key)) map.delete(key);
}
