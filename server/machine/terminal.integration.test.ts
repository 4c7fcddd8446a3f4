import { playTranscripts } from './play.ts';

playTranscripts('terminal');
