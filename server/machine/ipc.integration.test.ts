import { playTranscripts } from './play.ts';

playTranscripts('ipc');
