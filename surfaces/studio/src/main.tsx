// The studio starts here.

import { createRoot } from 'react-dom/client';
import { App } from './App.tsx';
import './styles/base.css';
import './styles/parts.css';
import './styles/lesson.css';
import './styles/views.css';
import './styles/attention.css';

createRoot(document.getElementById('studio')!).render(<App />);
