import { playTranscripts } from './play.ts';

playTranscripts('roots');
