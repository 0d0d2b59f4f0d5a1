import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { forecastOf, sunriseOf } from '../src/forecast.ts';
import type { WeatherApi } from '../src/weather-api.ts';
import { startWeatherApi } from '../src/weather-api.ts';

describe('the forecast', () => {
  it('is the same every time, and another for each city', () => {
    expect(forecastOf('Oslo', 3, 'celsius')).toEqual(forecastOf('oslo', 3, 'celsius'));
    expect(forecastOf('Oslo', 3, 'celsius')).not.toEqual(forecastOf('Rome', 3, 'celsius'));
    expect(sunriseOf('Oslo')).toMatch(/^0[5-7]:[0-5]\d$/);
  });
  it('knows both units', () => {
    const [celsius] = forecastOf('Oslo', 1, 'celsius');
    expect(forecastOf('Oslo', 1, 'fahrenheit')[0]?.max).toBe(Math.round((celsius?.max ?? 0) * 1.8 + 32));
  });
});

describe('the weather API', () => {
  let api: WeatherApi;
  beforeAll(async () => {
    api = await startWeatherApi(0);
  });
  afterAll(() => api.close());
  const post = (path: string, body: unknown) =>
    fetch(`http://127.0.0.1:${api.port}${path}`, { method: 'POST', body: JSON.stringify(body) }).then(async (response) => ({
      status: response.status,
      body: await response.json(),
    }));

  it('answers with a forecast', async () => {
    expect(await post('/forecast', { city: 'Oslo', days: 2 })).toEqual({
      status: 200,
      body: { city: 'Oslo', units: 'celsius', days: forecastOf('Oslo', 2, 'celsius') },
    });
  });
  it.each([
    [{ days: 2 }, 'city must be a text'],
    [{ city: 'Oslo', days: '2' }, 'days must be a whole number between 1 and 14'],
    [{ city: 'Oslo', days: 99 }, 'days must be a whole number between 1 and 14'],
    [{ city: 'Oslo', days: 1, units: 'kelvin' }, 'units must be celsius or fahrenheit'],
  ])('refuses %j', async (wish, error) => {
    expect(await post('/forecast', wish)).toEqual({ status: 400, body: { error } });
  });
  it('knows the sunrise', async () => {
    const response = await fetch(`http://127.0.0.1:${api.port}/cities/S%C3%A3o%20Paulo/sunrise`);
    expect(await response.json()).toEqual({ city: 'São Paulo', sunrise: sunriseOf('São Paulo') });
  });
  it('has nothing else', async () => {
    expect(await post('/x', {})).toEqual({ status: 404, body: { error: 'There is nothing at /x' } });
  });
});
