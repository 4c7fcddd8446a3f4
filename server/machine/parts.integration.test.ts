import { playTranscripts } from './play.ts';

playTranscripts('parts');
