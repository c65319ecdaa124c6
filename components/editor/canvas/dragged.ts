/** Under this type a dragged palette entry carries what it is. Other things that are dragged over the canvas are not taken. */
export const draggedType = "application/x-baton-node";
