// How the store writes a checksum: eight hexadecimal digits.
import { crc32 } from 'node:zlib';

export const checksumDigits = 8;

export const checksum = (bytes: Buffer | string): string => crc32(bytes).toString(16).padStart(checksumDigits, '0');
