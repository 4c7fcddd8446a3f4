import { playTranscripts } from './play.ts';

playTranscripts('overlay');
