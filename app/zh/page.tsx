import { Home } from '../_home/Home.tsx';

export default function Page() {
  return <Home language="zh" />;
}
