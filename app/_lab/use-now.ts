import { useEffect, useState } from 'react';

/** This page's clock in milliseconds, once a second; 0 until the page lives in a browser. */
export function useNow(): number {
  const [now, setNow] = useState(0);
  useEffect(() => {
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return now;
}
