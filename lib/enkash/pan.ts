/** A card number has 13 to 19 positions; a shorter text is shown by its last four only. */
const SHORTEST_PAN = 13;

/**
 * Masks a card number again, whatever EnKash masked: at most the first six and the last four positions stay
 * (PCI DSS 3.4.1). Spaces and dashes are kept; every other character counts as a position.
 */
export function maskPan(text: string): string {
  const characters = [...text];
  const total = characters.filter(isPosition).length;
  const first = total < SHORTEST_PAN ? 0 : 6;
  let position = 0;
  return characters
    .map((character) => {
      if (!isPosition(character)) return character;
      position += 1;
      return position <= first || position > total - 4 ? character : 'X';
    })
    .join('');
}

function isPosition(character: string): boolean {
  return character !== ' ' && character !== '-';
}
