'use client';

import { useId } from 'react';
import type { QuizGiven } from '../../server/protocol/quiz.ts';
import { useText } from '../_messages/text.tsx';
import { Inline } from './Inline.tsx';
import type { QuizBlock } from './Quiz.tsx';

type QuizFieldsProps = {
  quiz: QuizBlock;
  given: QuizGiven | null;
  onGive: (given: QuizGiven) => void;
};

/** What is asked, and where it is answered: the browser's own fields, so that every key does what it does elsewhere. */
export function QuizFields({ quiz, given, onGive }: QuizFieldsProps) {
  return quiz.form === 'text' ? (
    <TextField quiz={quiz} text={given && 'text' in given ? given.text : ''} onGive={onGive} />
  ) : (
    <Choices
      quiz={quiz}
      chosen={given && 'choices' in given ? given.choices : []}
      onGive={onGive}
    />
  );
}

type ChoicesProps = {
  quiz: QuizBlock;
  chosen: readonly number[];
  onGive: (given: QuizGiven) => void;
};

function Choices({ quiz, chosen, onGive }: ChoicesProps) {
  const { quiz: texts } = useText();
  const name = useId();
  const choose = (choice: number, on: boolean) => {
    if (quiz.form === 'single') return onGive({ choices: [choice] });
    const others = chosen.filter((other) => other !== choice);
    onGive({ choices: on ? [...others, choice].sort((a, b) => a - b) : others });
  };
  return (
    <fieldset className="mt-2">
      <legend className="font-serif text-18">
        <Inline text={quiz.question} />
      </legend>
      {quiz.form === 'several' && <p className="text-13 text-ink-3">{texts.several}</p>}
      <div className="mt-2 flex flex-col gap-1">
        {quiz.choices.map((choice, index) => (
          <label
            key={choice}
            className="-mx-2 flex items-baseline gap-2.5 rounded-6 px-2 py-1 text-14 hover:bg-sunken"
          >
            <input
              type={quiz.form === 'single' ? 'radio' : 'checkbox'}
              name={name}
              checked={chosen.includes(index)}
              onChange={(event) => choose(index, event.target.checked)}
              className="shrink-0 translate-y-0.5 accent-accent"
            />
            <span>
              <Inline text={choice} />
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

type TextFieldProps = { quiz: QuizBlock; text: string; onGive: (given: QuizGiven) => void };

function TextField({ quiz, text, onGive }: TextFieldProps) {
  const { quiz: texts } = useText();
  const [field, note] = [useId(), useId()];
  return (
    <div className="mt-2">
      <label htmlFor={field} className="font-serif text-18">
        <Inline text={quiz.question} />
      </label>
      {quiz.computed && (
        <p id={note} className="text-13 text-ink-3">
          {texts.computed}
        </p>
      )}
      <input
        id={field}
        type="text"
        value={text}
        maxLength={200}
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        aria-describedby={quiz.computed ? note : undefined}
        placeholder={texts.yourAnswer}
        onChange={(event) => onGive({ text: event.target.value })}
        className="mt-2 block h-9 w-full max-w-[320px] rounded-6 border border-ink-3 bg-surface px-3 font-mono text-14 text-ink placeholder:font-sans placeholder:text-ink-3"
      />
    </div>
  );
}
