import { records } from '../gzip-file.ts';

/** What `bzip2` 1.0.8 made of small payloads, with the payloads themselves. */
export interface Bzip2Sample {
  readonly name: string;
  readonly payload: Buffer;
  readonly file: Buffer;
}

export function bzip2Samples(): readonly Bzip2Sample[] {
  return FILES.map(([name, payload, base64]) => ({ name, payload: payload(), file: Buffer.from(base64, 'base64') }));
}

const FILES: readonly (readonly [name: string, payload: () => Buffer, base64: string])[] = [
  ['nothing', () => Buffer.alloc(0), 'QlpoORdyRThQkAAAAAA='],
  ['one byte', () => Buffer.from('x'), 'QlpoOTFBWSZTWXdLsBQAAAAAgABAIAAhGEaC7kinChIO6XYCgA=='],
  [
    'text',
    () => Buffer.from(records(40)),
    'QlpoOTFBWSZTWSd1BpkAAajZgAAQEAR/8CYjAAowAPpmETTBtVIBkCKf6k0wKgMjBUlE9I2UaZD1MiOhHQjIjoR3EX81f3xxrxzXPbT5ANkJsx' +
      'TkIhsBlAPKtqwViECQoiYkMBISAP2O797rjZduzvnE1TJ9aze9U7IuUukoLeoeLVziZB2VrJNWsaBNGXtsWxiIEKzcq+CbEiEMvcadySEabpNq' +
      'WURxtbfGtjFXruttvjSzSsVf4EeBH4RkRqIyIoIyIoR/F3JFOFCQJ3UGmQ==',
  ],
  [
    'runs of every length around 4 and 259, one at the end',
    () =>
      Buffer.concat([0, 1, 3, 4, 5, 6, 258, 259, 260, 518, 1000, 4].map((length, n) => Buffer.alloc(length, 65 + n))),
    'QlpoMTFBWSZTWcCK3X8AAAPEAfQAH/wAgAAIIABURoRppoZMNqp+pNPUbJqFxPlTuJpdnEHPRqfrFQ2yjEMowoaGX6iFD6RG3LAsXckU4UJDAi' +
      't1/A==',
  ],
  [
    'every byte',
    () => Buffer.from(Array.from({ length: 768 }, (_, n) => n & 255)),
    'QlpoOTFBWSZTWe3ga8wAAAF/////////////////////////////////////////////sAFgAS//9VVQJgJgAAAAAAAAAAAAAAAAAAAAAAAAAA' +
      'AAAAAAAAAAAAACTAATAAEwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAASYACYAAmAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAH9QFAk' +
      'DQRBX/IMg6EIShSFoY/9DUOQ9EERRJE0URVFkXRhGUaRtHEdR5H0gSFIkjSRJUmSdKEpSpK0sS1LkvTBMUyTNNE1TZN04TlOk7TxPU+T9QFBUJ' +
      'Q1EUVRlHUhSVKUtTFNU5T1QVFUlTVRVVWVdWFZVpW1cV1XlfWBYViWNZFlWZZ1oWlalrWxbVuW9cFxXJc10XVdl3XheV6XtfF9X5f2AYFgmDYR' +
      'hWGYdiGJYpi2MY1jmPZBkWSZNlGVZZl2YZlmmbZxnWeZ9oGhaJo2kaVpmnahqWqatrGta5r2wbFsmzbRtW2bduG5bpu28b1vm/cBwXCcNxHFcZ' +
      'x3IclynLcxzXOc90HRdJ03UdV1nXdh2Xadt3Hdd533geF4njeR5Xmed6Hpep63se17nvfB8XyfN9H1fZ934fl+n7fx/X+F3JFOFCQ7eBrzAA==',
  ],
  [
    'several blocks of 100,000 bytes',
    () => Buffer.from(Array.from({ length: 90_000 }, (_, n) => `${n % 7}x\n`).join('')),
    'QlpoMTFBWSZTWUzffy4ASmPIgAAQfwAAQCAAcEGTEBSohmplUhA1VIQMiiR5FEj2KJH0USORRI7FEjIokfmKCskymspm+/lwAlMeRAAAg/gAAg' +
      'EAA4IMmIClRDNTKpCBqqQgZFEjyKJHsUSPookciiR2KJGRRI/MUFZJlNZONHUgQA0HMiAABB/AABAIAB0ClUYAKVAjOoopTCKKU7UCWhBLNQJa' +
      'qBLdQJcqBLtQJeF3JFOFCQkhLWZA',
  ],
  ['zeros', () => Buffer.alloc(5_000_000), 'QlpoOTFBWSZTWabi8/QAJkvAAsAACAAACCAAMMwFKaapEUbAoijxdyRThQkKbi8/QA=='],
];
