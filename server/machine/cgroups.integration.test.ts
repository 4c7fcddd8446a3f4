import { playTranscripts } from './play.ts';

playTranscripts('cgroups');
