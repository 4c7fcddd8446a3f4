import { playTranscripts } from './play.ts';

playTranscripts('namespaces');
