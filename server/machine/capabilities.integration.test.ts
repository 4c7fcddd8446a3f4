import { playTranscripts } from './play.ts';

playTranscripts('capabilities');
