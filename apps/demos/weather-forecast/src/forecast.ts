/** Weather of one day. */
export interface DayForecast {
  readonly day: number;
  readonly min: number;
  readonly max: number;
  readonly sky: 'sunny' | 'cloudy' | 'rainy' | 'snowy';
}

/** The unit of temperatures. */
export type Unit = 'celsius' | 'fahrenheit';

/** Days that can be asked for. */
export const dayLimit = 14;

/** Weather that depends on nothing but the city and the day, so that everybody who tries the demo sees the same. */
export function forecastOf(city: string, days: number, unit: Unit): readonly DayForecast[] {
  return Array.from({ length: days }, (_each, index) => {
    const dice = hash(`${city.toLowerCase()} ${index}`);
    const max = (dice % 30) - 2;
    const min = max - 3 - (dice % 7);
    return { day: index + 1, min: inUnit(min, unit), max: inUnit(max, unit), sky: skyOf(max, dice) };
  });
}

/** Time of sunrise, `HH:MM`. */
export function sunriseOf(city: string): string {
  const minutes = 5 * 60 + (hash(city.toLowerCase()) % 150);
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
}

function skyOf(max: number, dice: number): DayForecast['sky'] {
  const wet = (dice >> 5) % 3;
  if (wet === 0) return 'sunny';
  if (wet === 1) return 'cloudy';
  return max <= 1 ? 'snowy' : 'rainy';
}

const inUnit = (celsius: number, unit: Unit): number => (unit === 'celsius' ? celsius : Math.round(celsius * 1.8 + 32));

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) value = Math.imul(value ^ text.charCodeAt(index), 0x01000193) >>> 0;
  return value;
}
