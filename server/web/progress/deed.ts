/** One thing that a learner did, as the server saw it. */
export type Deed =
  | { readonly kind: 'step'; readonly lesson: string; readonly step: string; readonly at: number }
  | {
      readonly kind: 'quiz';
      readonly lesson: string;
      readonly step: string;
      readonly quiz: string;
      readonly at: number;
      readonly attempts: number;
      readonly right: boolean;
    }
  | {
      readonly kind: 'time';
      readonly lesson: string;
      readonly step: string;
      readonly seconds: number;
    };
