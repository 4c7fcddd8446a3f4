import type { LifeText } from './life.en.ts';

/** 机器的使用时间，以及排队等机器时的文字。 */
export const LIFE_ZH = {
  clock: {
    hours: '剩余 {hours} 小时 {minutes} 分',
    minutes: '剩余 {minutes} 分钟',
    seconds: '剩余 {minutes}:{seconds}',
    explain:
      '你的机器到 {time} 为止；如果连续 {idle} 分钟没人使用，会提前结束。结束时它会连同其中的一切被移除，课程进度仍然保留。',
  },
  extend: {
    button: '延长 {minutes} 分钟，最晚到 {time}',
    rest: '延长到 {time}',
    whyNot: {
      'not-allowed': '到时你可以启动一台新的。',
      maximum: '使用时间已达上限；到时你可以启动一台新的。',
      'others-wait': '有人在排队等机器，现在不能延长。',
    },
  },
  ends: {
    soon: '你的机器将于 {time} 结束，剩余不到 {minutes} 分钟，其中的一切都会丢失。',
    last: '你的机器将于 {time} 结束，剩余不到一分钟，其中的一切都会丢失。',
    dismiss: '知道了',
  },
  idle: {
    soon: '这台机器已有 {minutes} 分钟没人使用，将于 {time} 被移除。要保留它，请在终端里按任意键。',
    soonShort: '这台机器没人使用，将于 {time} 被移除。要保留它，请在终端里按任意键。',
    last: '这台机器没人使用，将在一分钟内（{time}）被移除。要保留它，请在终端里按任意键。',
    here: '我还在',
  },
  line: {
    label: '排队等机器',
    next: '下一个就是你',
    position: '你排在第 {position} 位',
    why: '这个实验室的机器都在使用中。轮到你时，你的机器会在这里自动启动。',
    latest: '最晚 {minutes} 分钟后（{time}）轮到你。',
    latestOne: '最晚一分钟后轮到你。',
    latestHours: '最晚 {hours} 小时 {minutes} 分后（{time}）轮到你。',
    likely: '很可能在 {time} 之前就轮到：有些机器似乎没人在用，若无人回来就会结束。',
    meanwhile:
      '等待时可以先读课程。请不要关闭本页，轮到你时页面标题会提示。如果连接中断，位置会为你保留 {seconds} 秒。',
    leave: '退出排队',
    left: '你已退出排队',
    leftText: '没有机器也能读课程，但动手尝试需要一台。',
    again: '开始排队',
    ready: '你的机器准备好了',
  },
} satisfies LifeText;
