/** Texts about questions, words and what was learned. */
export const LEARNING_EN = {
  quiz: {
    label: 'Question',
    several: 'Choose all that are right.',
    yourAnswer: 'Your answer',
    computed: 'The right answer is read from your machine when you answer.',
    answer: 'Answer',
    open: 'not answered yet',
    asked: 'being judged',
    right: 'right',
    wrong: 'not yet',
    unanswerable: 'can’t be answered yet',
    before: 'answered right before',
    chooseFirst: 'Choose an answer first.',
    typeFirst: 'Type an answer first.',
  },
  glossary: {
    title: 'Glossary',
    lead: 'The words of these lessons, each in a few sentences. Words with a dashed line in a lesson are explained here.',
    inGlossary: 'In the glossary',
    index: 'All words',
    link: 'Glossary: the words of these lessons',
  },
  progress: {
    title: 'Your progress',
    kept: 'The lab keeps which steps you have done, how you answered questions, and how long you read: in a file on its own disk, under a number that this browser made up, and again in this browser. Nothing else, and nothing leaves the lab. Your answers themselves stay in this browser. Who clears the browser’s data loses the number and with it the way to the record, so export it if you need it.',
    steps: 'Steps done',
    questions: 'Questions answered right',
    time: 'Time spent',
    of: '{done} of {total}',
    underMinute: 'less than a minute',
    minutes: '{minutes} min',
    hours: '{hours} h {minutes} min',
    spent: '{time} spent',
    rightQuestions: '{right} of {total} questions',
    export: 'Export',
    exported: 'The file {name} was saved.',
    exportedAlone:
      'The file {name} was saved. The lab can’t be reached now, so it holds what this browser knows.',
    import: 'Import',
    importLabel: 'Import a progress file',
    imported:
      'The file was imported: {steps} steps and {quizzes} answers. What you had before is kept.',
    delete: 'Delete everything about me',
    deleteAsk:
      'Delete your progress on the lab’s disk and in this browser? The number that makes a machine yours goes, too: this browser can’t come back to its machine, which is removed when nobody has used it for a while. There is no way back.',
    deleteYes: 'Delete everything',
    deleteNo: 'Keep it',
    deleted:
      'Everything about you is deleted, on the lab’s disk and in this browser. Only the theme and the layout stay.',
    refused: {
      'not-allowed': 'The lab takes such requests from its own pages only. Reload the page.',
      'no-secret': 'The lab did not understand who asks. Reload the page.',
      'not-a-record': 'This is no progress file of Glassbox, so nothing was changed.',
      'too-large': 'This file is larger than any progress file, so nothing was changed.',
      'too-often': 'Too many requests came from your address. Wait a minute and try again.',
      'wrong-method': 'The lab did not understand this page. Reload it.',
      'not-saved': 'The lab can’t write to its disk now, so nothing was changed. Try again later.',
      unreachable: 'The lab can’t be reached now, so nothing was changed. Try again later.',
    },
  },
};

export type LearningText = typeof LEARNING_EN;
