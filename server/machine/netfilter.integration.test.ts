import { playTranscripts } from './play.ts';

playTranscripts('netfilter');
