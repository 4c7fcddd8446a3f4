import { playTranscripts } from './play.ts';

playTranscripts('network');
