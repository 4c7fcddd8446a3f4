import { playTranscripts } from './play.ts';

playTranscripts('mounts');
