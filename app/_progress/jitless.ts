import { config } from 'zod';

// zod compiles schemas with `new Function` where it may; the pages' content policy forbids that.
config({ jitless: true });
