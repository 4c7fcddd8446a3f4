/** Texts about the time that a machine has, and about the line of those who wait for one. */
export const LIFE_EN = {
  clock: {
    hours: '{hours} h {minutes} min left',
    minutes: '{minutes} min left',
    seconds: '{minutes}:{seconds} left',
    explain:
      'Your machine ends at {time}, or when nobody has used it for {idle} minutes. It is removed with everything in it; what you have done in the lessons stays.',
  },
  extend: {
    button: '{minutes} more minutes, at most until {time}',
    rest: 'Keep it until {time}',
    whyNot: {
      'not-allowed': 'You can start a new one then.',
      maximum: 'It has all the time it can get; you can start a new one then.',
      'others-wait': 'It can’t get more time now: other people wait for a machine.',
    },
  },
  ends: {
    soon: 'Your machine ends at {time}, in less than {minutes} minutes, and everything in it is lost.',
    last: 'Your machine ends at {time}, in less than a minute, and everything in it is lost.',
    dismiss: 'I know',
  },
  idle: {
    soon: 'Nobody has used this machine for {minutes} minutes. It will be removed at {time}; press a key in a terminal to keep it.',
    soonShort:
      'Nobody uses this machine. It will be removed at {time}; press a key in a terminal to keep it.',
    last: 'In less than a minute, at {time}, this machine will be removed, because nobody uses it. Press a key in a terminal to keep it.',
    here: 'I’m still here',
  },
  line: {
    label: 'Waiting for a machine',
    next: 'You are next in line',
    position: 'You are number {position} in line',
    why: 'Every machine of this lab is in use. Yours starts here by itself when your turn comes.',
    latest: 'At the latest in {minutes} minutes, at {time}.',
    latestOne: 'At the latest in a minute.',
    latestHours: 'At the latest in {hours} h {minutes} min, at {time}.',
    likely:
      'Probably by {time}: some machines seem to be unused, and end unless somebody comes back to them.',
    meanwhile:
      'You can read the lesson meanwhile. Keep this page open; its title tells you when it is your turn. If you lose the connection, your place is kept for {seconds} seconds.',
    leave: 'Leave the line',
    left: 'You have left the line',
    leftText: 'The lesson can be read without a machine. To try things out you need one.',
    again: 'Get in line',
    ready: 'Your machine is ready',
  },
};

export type LifeText = typeof LIFE_EN;
