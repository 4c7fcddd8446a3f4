import { playTranscripts } from './play.ts';

playTranscripts('tracing');
