import { playTranscripts } from './play.ts';

playTranscripts('programs');
