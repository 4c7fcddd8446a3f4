import { playTranscripts } from './play.ts';

playTranscripts('users');
